/**
 * What optimizers keep of past gradients: {@link io.finemesh.engine.optim.moment.MomentKind} names the choices, {@link io.finemesh.engine.optim.moment.Moments}
 * are those of one tensor, {@link io.finemesh.engine.optim.moment.EpsilonPlacement} says which Adam. In 8 bits they are
 * {@link io.finemesh.engine.optim.moment.BlockwiseCodes} of a {@link io.finemesh.engine.optim.moment.DynamicMap}, found by
 * {@code NearestCode}; {@link io.finemesh.engine.optim.moment.DeviceKernels} takes their step in one pass where the device can.
 */
package io.finemesh.engine.optim.moment;
