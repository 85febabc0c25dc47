#!/usr/bin/env bash
# Prints the path of a Chromium for the browser tests; brings one if the machine has none.
# Order: $JUNHENG_TEST_BROWSER, a Chromium on the PATH, one brought earlier, Debian's package (as root), the binary that the
# npm package @sparticuz/chromium carries, playwright's own download. Says on standard error what it does.
set -euo pipefail
cd "$(dirname "$0")/.."
kept=.venv/browser

say() { echo "browser: $*" >&2; }

found() {
  for candidate in "${JUNHENG_TEST_BROWSER:-}" "$(command -v chromium || true)" "$(command -v chromium-browser || true)" \
    "$(command -v google-chrome || true)" "$(cat "$kept/path" 2>/dev/null || true)"; do
    if [ -n "$candidate" ] && [ -x "$candidate" ]; then
      echo "$candidate"
      return 0
    fi
  done
  return 1
}

keep() { mkdir -p "$kept" && echo "$1" >"$kept/path"; }

from_debian() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  say "installing Debian's chromium"
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends chromium; } >&2
}

from_npm() {
  command -v npm >/dev/null && command -v node >/dev/null || return 1
  say "unpacking the Chromium of the npm package @sparticuz/chromium"
  mkdir -p "$kept" && (cd "$kept" && npm install --no-save --silent @sparticuz/chromium@147.0.0 >&2)
  local path
  path=$(cd "$kept" && node --input-type=module -e \
    'import chromium from "@sparticuz/chromium"; console.log(await chromium.executablePath())') && keep "$path"
}

from_playwright() {
  say "downloading playwright's Chromium"
  PLAYWRIGHT_BROWSERS_PATH="$PWD/$kept" .venv/bin/playwright install chromium >&2 || return 1
  keep "$(find "$PWD/$kept" -type f \( -name chrome -o -name headless_shell -o -name chrome-headless-shell \) | head -n 1)"
}

found && exit 0
from_debian || from_npm || from_playwright || true
found || {
  say "no Chromium to be had: install one and name it in JUNHENG_TEST_BROWSER"
  exit 1
}
