/** Failure as data: what went wrong, whose fault it is and what to do, so that "retry?" is answered once, by type. */
package io.finemesh.contract.failure;
