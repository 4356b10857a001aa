#!/bin/sh
# Serves a built site as a real nginx would, in the foreground and without root.
#   hosting/nginx/serve.sh SITE [PORT [DIRECTIVES]]
# DIRECTIVES are more of nginx's for the server, as 'limit_rate 500k;' for a slow connection. Everything that nginx
# writes, a log of the requests too, is in a folder of its own under $TMPDIR, which goes away at the end.
set -eu

fail() {
    echo "serve.sh: $1" >&2
    exit 1
}

case $# in
[123]) ;;
*) fail "usage: hosting/nginx/serve.sh SITE [PORT [DIRECTIVES]]" ;;
esac
site=$1
port=${2:-7860}
case $port in
'' | *[!0-9]*) fail "'$port' is no port: give a number from 1024 to 65535" ;;
esac
[ -d "$site" ] || fail "'$site' is no folder: build the site first (npm run build in space/)"
site=$(cd "$site" && pwd -P)
here=$(cd "$(dirname "$0")" && pwd -P)
PATH=$PATH:/usr/sbin
command -v nginx >/dev/null || fail "nginx is not installed: make nginx, or apt-get install nginx"

prefix=$(mktemp -d "${TMPDIR:-/tmp}/odin-nginx.XXXXXX")
trap 'rm -rf "$prefix"' EXIT
mkdir "$prefix/tmp"
ln -s "$site" "$prefix/site"
cp "$here/odin.conf" "$here/odin-maps.conf" "$prefix"
sed "s/listen 127.0.0.1:7860;/listen 127.0.0.1:$port;/" "$here/nginx.conf" >"$prefix/nginx.conf"
# Otherwise its workers would be nobody, who may not read the site.
[ "$(id -u)" -ne 0 ] || echo "user root;" >"$prefix/machine.conf"
brotli=/usr/lib/nginx/modules/ngx_http_brotli_static_module.so
if [ -e "$brotli" ]; then
    echo "load_module $brotli;" >>"$prefix/machine.conf"
    echo "brotli_static on;" >"$prefix/more.conf"
fi
echo "${3:-}" >>"$prefix/more.conf"

nginx -p "$prefix/" -c "$prefix/nginx.conf" -t -q
echo "http://127.0.0.1:$port/"
nginx -p "$prefix/" -c "$prefix/nginx.conf" -g "daemon off;" &
nginx=$!
trap 'kill "$nginx" 2>/dev/null || true' INT TERM
wait "$nginx" || true
# A signal ends the waiting before nginx has ended.
wait "$nginx" 2>/dev/null || true
