"""Work on files in a Dask cluster: what the service sends there, and what a worker does with it."""
