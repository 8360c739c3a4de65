package io.finemesh.gateway.view;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A few names that repeat in every step, each kept once and told by a number. */
final class Names {
    private final int most;
    private final List<String> names = new ArrayList<>();
    private final Map<String, Short> numbers = new HashMap<>();

    /**
     * @param most names kept; what comes beyond all reads as the last one, so that a hostile record cannot grow this without end
     */
    Names(int most) {
        this.most = most;
    }

    short number(String name) {
        Short known = numbers.get(name);
        if (known != null) {
            return known;
        }
        if (names.size() >= most) {
            return (short) (most - 1);
        }
        short number = (short) names.size();
        names.add(name);
        numbers.put(name, number);
        return number;
    }

    String name(short number) {
        return names.get(number);
    }
}
