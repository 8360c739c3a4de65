/** What a request is refused for, as data for the caller: {@link io.finemesh.store.refusal.RefusalException}. */
package io.finemesh.store.refusal;
