"""Says why the engine's library could not be loaded, where the loader's own words do not."""

import re

import pyarrow


def explain(error: ImportError) -> None:
    """Raises a clearer error in place of one that loading the engine raised, if it knows one."""
    missing = re.search(r"libarrow\w*\.so\.(\d+)00\b", str(error))
    if missing:
        major = int(missing[1])
        raise ImportError(
            f"shoal was built for pyarrow {major}, but pyarrow {pyarrow.__version__} is installed:"
            f" pip install 'pyarrow>={major},<{major + 1}', or build and install shoal again"
        ) from error
