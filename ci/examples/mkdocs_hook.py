# A hook of MkDocs, in one line of mkdocs.yml:
#
#   hooks: [mkdocs_hook.py]
#
# Before MkDocs looks for pages, nixsink writes them below docs/config, those only whose bytes change. In CI it writes nothing and the
# build fails if what is committed is stale.
import os
import subprocess


def on_pre_build(config, **kwargs):
    root = os.path.dirname(os.path.abspath(config["config_file_path"]))
    command = [os.environ.get("NIXSINK", "nixsink"), "docs", root, "-o", os.path.join(config["docs_dir"], "config"), "--front-matter"]
    if config.get("repo_url"):
        command += ["--link", config["repo_url"].rstrip("/") + "/blob/HEAD/{file}#L{line}"]
    if os.environ.get("CI"):
        command.append("--check")
    subprocess.run(command, check=True)
