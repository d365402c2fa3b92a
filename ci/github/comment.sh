#!/usr/bin/env bash
# Keeps one comment of a pull request up to date: writes it, edits it in place, and takes it away when there is nothing left to say.
# A token that may not comment (a pull request from a fork) is no reason to fail.
#
#   GH_TOKEN, GITHUB_REPOSITORY, PR, NIXSINK_SPEAK (true or false), NIXSINK_FOLDER (where nixsink.md lies)
set -euo pipefail

comments=repos/$GITHUB_REPOSITORY/issues/$PR/comments
mark='<!-- nixsink check -->' # the first line of nixsink.md
if ! ids=$(gh api --paginate "$comments" --jq ".[] | select(.user.type == \"Bot\" and (.body | startswith(\"$mark\"))) | .id"); then
	echo "::notice::nixsink: the comments of this pull request cannot be read: no comment"
	exit 0
fi
id=${ids%%$'\n'*}
if [ "$NIXSINK_SPEAK" != true ]; then
	[ -z "$id" ] || gh api --silent --method DELETE "repos/$GITHUB_REPOSITORY/issues/comments/$id" || true
	exit 0
fi
# GitHub takes 65,536 characters.
head -c 60000 "$NIXSINK_FOLDER/nixsink.md" >"$NIXSINK_FOLDER/comment.md"
if [ -n "$id" ]; then
	gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field "body=@$NIXSINK_FOLDER/comment.md"
else
	gh api --silent --method POST "$comments" --field "body=@$NIXSINK_FOLDER/comment.md"
fi || echo "::notice::nixsink: this token may not comment (a pull request from a fork?)"
