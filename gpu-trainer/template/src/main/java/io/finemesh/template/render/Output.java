package io.finemesh.template.render;

import io.finemesh.template.limit.BoundedText;
import io.finemesh.template.limit.Budget;

/** Where text goes: to the result itself, or to a part of it that something else takes up. */
final class Output {
    private final BoundedText text;
    private final boolean result;

    Output(Budget budget, boolean result) {
        this.text = new BoundedText(budget);
        this.result = result;
    }

    void write(String characters) {
        text.append(characters);
    }

    /** Characters so far. */
    int length() {
        return text.length();
    }

    /** True for the result itself, whose positions are final. */
    boolean isResult() {
        return result;
    }

    String text() {
        return text.toString();
    }
}
