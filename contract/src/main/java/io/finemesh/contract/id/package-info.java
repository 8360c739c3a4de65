/** Names of things as one-component records: what crosses a process boundary is never a bare string. */
package io.finemesh.contract.id;
