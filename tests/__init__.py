import gc
import sys

# Nothing becomes garbage until pytest has collected all tests, which turns this on again (tests/conftest.py). Programs
# of the tests import this package, too, and keep it on.
if "pytest" in sys.modules:
    gc.disable()
