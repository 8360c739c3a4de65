/** The one JSON mapping of contract types: {@link io.finemesh.contract.json.WireMapper}. */
package io.finemesh.contract.json;
