/** The Kafka edge: commands in, events out. */
package io.finemesh.evaluator.messaging;
