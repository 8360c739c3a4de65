/** Local disk space for one piece of work: {@link io.finemesh.store.work.WorkDirectory}. */
package io.finemesh.store.work;
