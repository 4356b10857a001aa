#!/bin/sh
# Adds a folder (a built site, or a model in chunk layout) to IPFS and prints its CID, the same for the same content.
#   hosting/ipfs/add.sh FOLDER [PINNING-SERVICE]
# It needs Kubo's `ipfs`. Without a service (`ipfs pin remote service add`) it stays only where this machine keeps it.
set -eu

fail() {
    echo "add.sh: $1" >&2
    exit 1
}

[ $# -eq 1 ] || [ $# -eq 2 ] || fail "usage: hosting/ipfs/add.sh FOLDER [PINNING-SERVICE]"
folder=$1
[ -f "$folder/index.html" ] || [ -f "$folder/manifest.json" ] ||
    fail "'$folder' has neither index.html nor manifest.json: give a built site or a model folder"
command -v ipfs >/dev/null || fail "ipfs is not installed: https://docs.ipfs.tech/install/command-line/"

# These options decide the CID: pinned here, so that the defaults of another version give the same.
cid=$(ipfs add --recursive --quieter --pin --cid-version=1 --raw-leaves --chunker=size-1048576 "$folder")
[ -n "$cid" ] || fail "ipfs printed no CID"
if [ $# -eq 2 ]; then
    ipfs pin remote add --service="$2" --name="$(basename "$folder")" "$cid" >&2
fi
echo "$cid"
echo "https://$cid.ipfs.dweb.link/" >&2
