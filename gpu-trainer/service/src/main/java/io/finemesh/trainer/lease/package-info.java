/**
 * What a trainer has been asked to do: commands become {@link io.finemesh.trainer.lease.DeviceMessage}s in the
 * {@link io.finemesh.trainer.lease.Mailbox}, an {@link io.finemesh.trainer.lease.Assignment} is a segment that is held, and a
 * {@link io.finemesh.trainer.lease.Withdrawal} ends it early.
 */
package io.finemesh.trainer.lease;
