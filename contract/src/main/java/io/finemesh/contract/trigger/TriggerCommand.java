package io.finemesh.contract.trigger;

import io.finemesh.contract.Message;

/** What people and the outside say to the triggers. Owner: gateway. */
public sealed interface TriggerCommand extends Message permits FirePolicy, ReportOutsideEvent, RefuseFire {}
