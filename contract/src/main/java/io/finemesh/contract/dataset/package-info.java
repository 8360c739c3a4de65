/** Data sets: immutable versions with counts, and with each version of one that grows the slice it added. */
package io.finemesh.contract.dataset;
