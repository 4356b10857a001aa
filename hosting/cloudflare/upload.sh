#!/bin/sh
# Uploads a model in chunk layout to R2 (or any storage that rclone knows): what is not there yet, the manifest last.
#   hosting/cloudflare/upload.sh FOLDER REMOTE:BUCKET/PATH
# Nothing is deleted: who is loading the version before still finds its chunks. REMOTE is one of `rclone config`.
set -eu

IMMUTABLE="Cache-Control: public, max-age=31536000, immutable"
ASKED_AGAIN="Cache-Control: no-cache"

fail() {
    echo "upload.sh: $1" >&2
    exit 1
}

[ $# -eq 2 ] || fail "usage: hosting/cloudflare/upload.sh FOLDER REMOTE:BUCKET/PATH"
folder=$1
target=${2%/}
[ -f "$folder/manifest.json" ] || fail "'$folder' has no manifest.json: give a folder that python -m export.chunks wrote"
grep -q '"chunks_at": "chunks/"' "$folder/manifest.json" ||
    fail "'$folder' is not in chunk layout: python -m export.chunks $folder --out DIR makes one"
case $target in
*:?*/?*) ;;
*) fail "'$target' is no place in a bucket: give REMOTE:BUCKET/PATH, as r2:models/odin-nano" ;;
esac
command -v rclone >/dev/null || fail "rclone is not installed: apt-get install rclone, then rclone config"

# What has a name of its content is right if it has the size.
rclone copy "$folder/chunks" "$target/chunks" --size-only --exclude "*.{br,gz}" --header-upload "$IMMUTABLE"
rclone copy "$folder" "$target" --checksum --exclude "/chunks/**" --exclude "*.{br,gz}" --exclude /manifest.json \
    --header-upload "$ASKED_AGAIN"
rclone copyto "$folder/manifest.json" "$target/manifest.json" --checksum --header-upload "$ASKED_AGAIN"
