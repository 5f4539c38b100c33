#!/usr/bin/env bash
# Deploys the whole installation: --help tells how. Finds its own folder, and hands over to the Node of node_modules.
set -euo pipefail

if ((BASH_VERSINFO[0] < 4)); then
  echo "deploy-multi-tenant.sh needs bash 4 or newer; this is ${BASH_VERSION}." >&2
  exit 1
fi
if ! command -v node >/dev/null; then
  echo "deploy-multi-tenant.sh needs Node 20 or newer to start: https://nodejs.org" >&2
  exit 1
fi

here="$(cd -P -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)"
exec node "${here}/setup.mjs" scripts/deploy.ts "$@"
