/**
 * Event-triggered retraining. The gateway passes on what people and the outside say ({@link io.finemesh.contract.trigger.TriggerCommand}), the scheduler
 * tells itself what runs and scores mean for policies ({@link io.finemesh.contract.trigger.TriggerSignal}), and says what fired or was held back and why
 * ({@link io.finemesh.contract.trigger.TriggerEvent}).
 */
package io.finemesh.contract.trigger;
