/**
 * From a message to the bytes of a Kafka record and back: {@link io.finemesh.contract.wire.Topics} says which topic, {@link
 * io.finemesh.contract.wire.WireNames} which name, {@link io.finemesh.contract.wire.EventCodec} which headers and value (CloudEvents 1.0,
 * Kafka binding, binary mode). {@link io.finemesh.contract.wire.Memberships} tells whether a service keeps what it reads. The only package that knows the Kafka client.
 */
package io.finemesh.contract.wire;
