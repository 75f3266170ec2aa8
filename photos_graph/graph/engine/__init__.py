"""The connection to the graph, and the engine that comes with the product.

The Bolt driver imports pandas if it is installed, for results as data frames, which are not used here. DeepFace
installs pandas, and importing it takes a second and 60 MB at every start, so it is hidden while the driver is imported.
"""

import sys

if "pandas" not in sys.modules:
    sys.modules["pandas"] = None  # type: ignore[assignment]  # which makes ``import pandas`` raise ImportError
    import neo4j  # noqa: F401

    del sys.modules["pandas"]
