/**
 * What crosses a process boundary. Read {@link io.finemesh.contract.wire.Topics} for the map of topics, then the sealed
 * interface of the topic at hand, then {@link io.finemesh.contract.wire.EventCodec} for the bytes.
 */
package io.finemesh.contract;
