"""The one build step that pyproject.toml cannot say: dbt_project/ travels in the wheel as spotify_platform/_dbt_project."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent


class BuildWithDbt(build_py):
    """Copies the dbt project into the built package; an editable install reads it where it stands."""

    def run(self) -> None:
        """Build, then copy."""
        super().run()
        target = Path(self.build_lib, "spotify_platform", "_dbt_project")
        shutil.rmtree(target, ignore_errors=True)
        if not self.editable_mode:
            skip = shutil.ignore_patterns("target*", "logs", "dbt_packages", ".user.yml")
            shutil.copytree(HERE / "dbt_project", target, ignore=skip)


setup(cmdclass={"build_py": BuildWithDbt})
