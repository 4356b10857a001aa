#!/bin/sh
# Makes of a built site what Cloudflare Pages takes: files of at most 25 MiB, headers, a 404 page.
#   hosting/cloudflare/pages.sh SITE OUT
# Then, in OUT:  npx wrangler pages deploy --project-name NAME
set -eu

LARGEST=26214400 # bytes that Pages takes in a file
PART=20971520
JOINED=ort/ort-wasm-simd-threaded.asyncify.wasm

fail() {
    echo "pages.sh: $1" >&2
    exit 1
}

[ $# -eq 2 ] || fail "usage: hosting/cloudflare/pages.sh SITE OUT"
site=$1
out=$2
[ -f "$site/index.html" ] || fail "'$site' has no index.html: build the site first (npm run build in space/)"
[ ! -e "$out" ] || fail "'$out' exists: choose a new folder"
here=$(cd "$(dirname "$0")" && pwd -P)
partial=$(dirname "$out")/.$(basename "$out").$$.partial
trap 'rm -rf "$partial"' EXIT
trap 'exit 1' INT TERM

mkdir -p "$partial"
cp -R "$site" "$partial/site"
cp -R "$here/functions" "$here/wrangler.toml" "$partial"
cp "$here/_headers" "$here/_routes.json" "$here/404.html" "$partial/site"
# Pages compresses by itself and would serve these as files.
find "$partial/site" -type f \( -name '*.br' -o -name '*.gz' \) -delete
if [ "$(find "$partial/site/$JOINED" -size +"$LARGEST"c 2>/dev/null)" ]; then
    split -b "$PART" -d -a 1 "$partial/site/$JOINED" "$partial/site/$JOINED.part"
    rm "$partial/site/$JOINED"
else
    rm -r "$partial/functions" "$partial/site/_routes.json"
fi
large=$(cd "$partial/site" && find . -type f -size +"$LARGEST"c)
[ -z "$large" ] || fail "Pages takes no file above 25 MiB, and there is: $large. Put models into chunks (python -m export.chunks)"
mv "$partial" "$out"
echo "$out: $(find "$out/site" -type f | wc -l) files. Now: cd $out && npx wrangler pages deploy --project-name NAME"
