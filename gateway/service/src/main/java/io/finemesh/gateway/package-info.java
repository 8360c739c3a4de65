/**
 * The gateway: HTTP and server-sent events in, commands out, views folded from topics. A request comes in at {@code http}; a run
 * specification is read in {@code document}, judged in {@code admission} and sent in {@code submission}; what the mesh says comes in at
 * {@code messaging}, is folded in {@code view}, shared by {@code board} and told in {@code answer}.
 */
package io.finemesh.gateway;
