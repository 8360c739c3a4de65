/** Data sets: immutable versions with counts. */
package io.finemesh.contract.dataset;
