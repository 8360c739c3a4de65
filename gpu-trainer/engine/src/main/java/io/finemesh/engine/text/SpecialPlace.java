package io.finemesh.engine.text;

import java.util.Objects;

/**
 * A special token in a text.
 *
 * @param start Java character at which its name begins
 * @param token its name, which stands there
 */
record SpecialPlace(int start, String token) {
    SpecialPlace {
        Objects.requireNonNull(token, "token is null");
    }

    int end() {
        return start + token.length();
    }
}
