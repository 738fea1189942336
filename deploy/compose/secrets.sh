#!/bin/sh
# Makes what compose.yaml keeps out of itself: deploy/secrets, with passwords of this machine's own. What is there stays.
# Containers run as other users than you and get these very files: each is readable, the folder around them is not.
set -eu
cd "$(dirname "$0")/.."
umask 022
mkdir -p -m 0700 secrets
mkdir -p secrets/keys secrets/alertmanager
chmod 0777 secrets/keys # `segment-server keys create` writes here as the user of the image
random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
keep() { [ -e "secrets/$1" ] || cat > "secrets/$1"; }

random | keep redis-password
random | keep grafana-password
random | keep postgres-password
redis=$(cat secrets/redis-password)
postgres=$(cat secrets/postgres-password)

keep redis-exporter.json <<JSON
{ "redis://redis:6379": "$redis" }
JSON
keep server.json <<JSON
{
  "store": "http://elasticsearch-1:9200",
  "redis": "redis://:$redis@redis:6379",
  "redisKeySecret": "$(random)",
  "database": "postgres://segments:$postgres@postgres:5432/segments"
}
JSON
keep s3-root <<ENV
ROOT_ACCESS_KEY=segment-store
ROOT_SECRET_KEY=$(random)
ENV
. ./secrets/s3-root
keep aws-credentials <<INI
[default]
aws_access_key_id = $ROOT_ACCESS_KEY
aws_secret_access_key = $ROOT_SECRET_KEY
INI
keep keys/keys.json <<JSON
{ "schema": "segment-store/keys/1", "keys": [] }
JSON
# Where alerts go: yours instead, one line each, without a line break. Until then Alertmanager delivers nowhere.
printf %s 'http://127.0.0.1:9/slack' | keep alertmanager/slack-url
printf %s 'no-key-yet' | keep alertmanager/pagerduty-key
echo "deploy/secrets is complete; next: a key for whoever asks, as deploy/README.md says"
