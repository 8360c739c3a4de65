/**
 * What a trainer says: a {@link io.finemesh.trainer.event.SegmentReporter} puts it in words for one segment, an
 * {@link io.finemesh.trainer.event.EventSink} delivers it.
 */
package io.finemesh.trainer.event;
