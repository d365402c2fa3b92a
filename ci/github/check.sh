#!/usr/bin/env bash
# Runs the gate. It never fails itself: the verdict is the output "status", which the Action's last step ends with.
#
#   NIXSINK_PATH   the folder to check         NIXSINK_SINCE      only what is new since this revision fails; "auto" is where a pull request began
#   NIXSINK_ARGS   more flags, split at blanks NIXSINK_BASELINE   a file of nixsink baseline
#   NIXSINK_BASE   the pull request's base, "" for none
set -euo pipefail

args=()
since=${NIXSINK_SINCE:-}
if [ "$since" = auto ]; then since=${NIXSINK_BASE:+$NIXSINK_BASE...}; fi
[ -z "$since" ] || args+=(--changed-since "$since")
[ -z "${NIXSINK_BASELINE:-}" ] || args+=(--baseline "$NIXSINK_BASELINE")
read -r -a more <<<"${NIXSINK_ARGS:-}" || true
[ "${#more[@]}" -eq 0 ] || args+=("${more[@]}")

out=$RUNNER_TEMP/nixsink
rm -rf "$out"
mkdir -p "$out"
status=0
nixsink check "${args[@]+"${args[@]}"}" --format github --format "sarif=$out/nixsink.sarif" --format "markdown=$out/nixsink.md" --format "json=$out/nixsink.json" -- "${NIXSINK_PATH:-.}" || status=$?
if [ -s "$out/nixsink.md" ]; then cat "$out/nixsink.md" >>"$GITHUB_STEP_SUMMARY"; fi
# Worth a comment: a gate that failed, or a list of findings (the headings of the third level).
speak=false
if [ -s "$out/nixsink.md" ] && { [ "$status" -ne 0 ] || grep -q '^### ' "$out/nixsink.md"; }; then speak=true; fi
{
	echo "status=$status"
	echo "folder=$out"
	echo "sarif=$([ ! -s "$out/nixsink.sarif" ] || echo "$out/nixsink.sarif")"
	echo "speak=$speak"
} >>"$GITHUB_OUTPUT"
