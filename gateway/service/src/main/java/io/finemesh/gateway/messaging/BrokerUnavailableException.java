package io.finemesh.gateway.messaging;

/** The broker did not take a record in time. It may still have taken it: trying again must be safe. */
public final class BrokerUnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    BrokerUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
