package io.finemesh.store.health;

/** Something the store cannot work without. */
interface Dependency {

    /** What it is, for people. */
    String name();

    /**
     * Returns if it can be used now.
     *
     * @throws UnusableException otherwise
     */
    void require() throws UnusableException, InterruptedException;

    /** A dependency cannot be used now; the message says why and what to do. */
    final class UnusableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnusableException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
