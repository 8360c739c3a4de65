/** What the gateway talks to, in memory or over loopback, for tests; and a run to talk about. */
package io.finemesh.gateway.fake;
