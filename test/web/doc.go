// Package web holds the tests of HTTP and websockets with what users have: a browser,
// an OpenAPI validator that is not ours, and the built svc, whose services run as
// processes.
//
// The browser is Chromium; CHROMIUM names another one. Without it the tests that need it
// are skipped, unless ENOKI_REQUIRE_SERVICES=1. What they have seen is kept as pictures
// in the folder that ENOKI_ARTIFACTS names, from here if it is relative; the continuous
// integration keeps them in test/web/artifacts.
package web
