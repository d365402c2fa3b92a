#!/usr/bin/env bash
# Fetches one release of nixsink, holds it against its checksum, and unpacks the program.
#
#   NIXSINK_RELEASES   where releases lie, such as https://github.com/OWNER/nixsink/releases/download
#   NIXSINK_VERSION    such as 0.1.0
#   NIXSINK_SHA256     the archive's checksum, if you pin it; without it the release's SHA256SUMS is read from the same place
#   NIXSINK_BIN        the folder to put the program into
set -euo pipefail

version=${NIXSINK_VERSION#v}
case $version in
"" | *[!0-9A-Za-z.-]*)
	echo "nixsink: no version of a release: '$NIXSINK_VERSION'" >&2
	exit 2
	;;
esac
os=$(uname -s)
arch=$(uname -m)
case $os in
Linux) os=linux ;;
Darwin) os=darwin ;;
MINGW* | MSYS* | CYGWIN*) os=windows ;;
*) echo "nixsink: no release for $os" >&2 && exit 2 ;;
esac
case $arch in
x86_64 | amd64) arch=amd64 ;;
aarch64 | arm64) arch=arm64 ;;
*) echo "nixsink: no release for $arch" >&2 && exit 2 ;;
esac
if [ "$os" = windows ]; then archive=nixsink_${version}_${os}_$arch.zip program=nixsink.exe; else archive=nixsink_${version}_${os}_$arch.tar.gz program=nixsink; fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fetch() { curl --fail --silent --show-error --location --retry 3 --output "$scratch/$1" "$NIXSINK_RELEASES/v$version/$1"; }
fetch "$archive"
want=${NIXSINK_SHA256:-}
if [ -z "$want" ]; then
	fetch SHA256SUMS
	want=$(awk -v name="$archive" '$2 == name {print $1}' "$scratch/SHA256SUMS")
fi
if command -v sha256sum >/dev/null; then have=$(sha256sum "$scratch/$archive"); else have=$(shasum -a 256 "$scratch/$archive"); fi
if [ -z "$want" ] || [ "${have%% *}" != "$want" ]; then
	echo "nixsink: $archive has the checksum ${have%% *}, not ${want:-one that the release names}: it is not used" >&2
	exit 2
fi
mkdir -p "$NIXSINK_BIN"
if [ "$os" = windows ]; then
	unzip -q -o "$scratch/$archive" "$program" -d "$NIXSINK_BIN"
else
	tar -xzf "$scratch/$archive" -C "$NIXSINK_BIN" "$program"
fi
"$NIXSINK_BIN/$program" --version
