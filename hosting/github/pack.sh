#!/bin/sh
# The files of a GitHub release: the model, its export, the site, the package, and their SHA-256.
#   hosting/github/pack.sh RELEASE EXPORT SITE PACKAGE.tgz OUT
# The same content gives the same bytes.
set -eu

LARGEST=2147483648 # bytes that a release takes in a file

fail() {
    echo "pack.sh: $1" >&2
    exit 1
}

[ $# -eq 5 ] || fail "usage: hosting/github/pack.sh RELEASE EXPORT SITE PACKAGE.tgz OUT"
release=$1 export=$2 site=$3 package=$4 out=$5
for folder in "$release" "$export"; do
    [ -f "$folder/manifest.json" ] || fail "'$folder' has no manifest.json: give a model folder"
done
[ -f "$site/index.html" ] || fail "'$site' has no index.html: build the site first (npm run build in space/)"
[ -f "$package" ] || fail "'$package' is not there: npm pack in space/runtime makes it"
[ ! -e "$out" ] || fail "'$out' exists: choose a new folder"
version=$(sed -n 's/^ *"version": "\([0-9.]*\)",*$/\1/p' "$release/manifest.json")
[ -n "$version" ] || fail "'$release/manifest.json' has no version: release the model first"
name=$(basename "$(cd "$release" && pwd -P)")
partial=$(dirname "$out")/.$(basename "$out").$$.partial
trap 'rm -rf "$partial"' EXIT
trap 'exit 1' INT TERM

# FOLDER NAME: NAME.tar.gz, in which everything is below NAME/.
pack() {
    tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
        --transform="s,^\.,$2," -C "$1" -cf - . | gzip -n >"$partial/$2.tar.gz"
}

mkdir -p "$partial"
pack "$release" "$name-$version"
pack "$export" "$name-$version-onnx"
pack "$site" "$name-$version-site"
cp "$package" "$partial"
large=$(find "$partial" -type f -size +"$LARGEST"c)
[ -z "$large" ] || fail "a release takes no file above 2 GiB, and there is: $large"
(cd "$partial" && sha256sum -- * >SHA256SUMS)
mv "$partial" "$out"
cat "$out/SHA256SUMS"
