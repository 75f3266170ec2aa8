FROM python:3.11-slim AS build
# "faces,features,hdbscan,text,dask,fsspec,ml" adds TensorFlow (1.3 GB), for TFRECORD and other backbones.
ARG EXTRAS=faces,features,hdbscan,text,dask,fsspec
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY photos_graph photos_graph
COPY resolvers resolvers
COPY docs/cookbook docs/cookbook
RUN python -m venv /opt/photos-graph \
    && /opt/photos-graph/bin/pip install --no-cache-dir --constraint constraints.txt ".[${EXTRAS}]"

FROM python:3.11-slim
RUN useradd --uid 1000 --create-home photos \
    && install --directory --owner photos --mode 700 /data /data/learn /data/models /data/shared \
    && install --directory --owner photos /photos
COPY --from=build /opt/photos-graph /opt/photos-graph
# 0.0.0.0 is inside the container's network; the published port decides who can reach it.
ENV PATH=/opt/photos-graph/bin:$PATH \
    PHOTOS_DATA_DIR=/data \
    PHOTOS_MODELS__FOLDER=/data/models \
    PHOTOS_WEB__HOST=0.0.0.0 \
    PHOTOS_WEB__PORT=8000
USER 1000:1000
VOLUME ["/data", "/photos"]
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["photos-graph"]
CMD ["serve", "/photos"]
