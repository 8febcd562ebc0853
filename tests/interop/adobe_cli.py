"""Adobe's command-line tool `umapi-cli` in a process of its own, in its own virtual environment."""

import json
import os
import pathlib
import subprocess

# Where `.ci/interop` says the environment's interpreter is.
PYTHON = "UMAPI_CLI_PYTHON"
RUNNER = pathlib.Path(__file__).with_name("umapi_cli_plain.py")
# Seconds a command may take.
PATIENCE = 60


class UmapiCli:
    """The `umapi` command, configured for a sandbox; `settings` replace its variables."""

    def __init__(self, sandbox, folder, **settings):
        self.folder = folder
        self.environment = {
            "PATH": os.environ.get("PATH", ""),
            "NO_PROXY": "127.0.0.1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "UMAPI_URL": sandbox.service_url,
            "UMAPI_AUTH_HOST": sandbox.sign_in_host,
            "UMAPI_ORG_ID": sandbox.organization,
            "UMAPI_CLIENT_ID": sandbox.client_id,
            "UMAPI_CLIENT_SECRET": sandbox.client_secret,
            **settings,
        }

    def run(self, *arguments):
        """Runs one command; returns the finished process, whatever its exit code."""
        return subprocess.run(
            [os.environ[PYTHON], str(RUNNER), *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    def records(self, *arguments):
        """The records that a reading command prints as JSON, one per line."""
        lines = self.run(*arguments, "--format", "json").stdout.splitlines()
        return [json.loads(line) for line in lines]
