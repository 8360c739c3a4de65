package io.finemesh.template.library;

import io.finemesh.template.failure.TemplateException;
import java.time.Clock;
import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** The moment of a clock in the notation of C's {@code strftime}, with English names. */
final class TimeFormat {
    private static final int LONGEST = 10_000;

    private TimeFormat() {}

    static String format(String format, Clock clock) {
        if (format.length() > LONGEST) {
            throw TemplateException.limit("a format of time of more than " + LONGEST + " characters");
        }
        ZonedDateTime now = ZonedDateTime.now(clock);
        StringBuilder out = new StringBuilder();
        for (int at = 0; at < format.length(); at++) {
            char character = format.charAt(at);
            if (character != '%') {
                out.append(character);
                continue;
            }
            boolean unpadded = at + 2 < format.length() && format.charAt(at + 1) == '-';
            at += unpadded ? 2 : 1;
            String field = at < format.length() ? field(format.charAt(at), now) : null;
            if (field == null) {
                throw TemplateException.unsupported("the directive '%" + (at < format.length() ? format.charAt(at) : "")
                        + "' of strftime_now is not implemented");
            }
            out.append(unpadded ? field.replaceFirst("^[0 ]+(?=.)", "") : field);
        }
        return out.toString();
    }

    private static String field(char directive, ZonedDateTime now) {
        int hour12 = now.getHour() % 12 == 0 ? 12 : now.getHour() % 12;
        int sunday = now.getDayOfWeek().getValue() % 7;
        return switch (directive) {
            case 'Y' -> String.format(Locale.ROOT, "%04d", now.getYear());
            case 'y' -> two(now.getYear() % 100);
            case 'C' -> two(now.getYear() / 100);
            case 'm' -> two(now.getMonthValue());
            case 'B' -> now.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'b', 'h' ->
                now.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH).substring(0, 3);
            case 'd' -> two(now.getDayOfMonth());
            case 'e' -> blank(now.getDayOfMonth());
            case 'j' -> String.format(Locale.ROOT, "%03d", now.getDayOfYear());
            case 'A' -> now.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'a' ->
                now.getDayOfWeek()
                        .getDisplayName(TextStyle.FULL, Locale.ENGLISH)
                        .substring(0, 3);
            case 'u' -> Integer.toString(now.getDayOfWeek().getValue());
            case 'w' -> Integer.toString(sunday);
            case 'H' -> two(now.getHour());
            case 'I' -> two(hour12);
            case 'k' -> blank(now.getHour());
            case 'l' -> blank(hour12);
            case 'p' -> now.getHour() < 12 ? "AM" : "PM";
            case 'P' -> now.getHour() < 12 ? "am" : "pm";
            case 'M' -> two(now.getMinute());
            case 'S' -> two(now.getSecond());
            case 'f' -> String.format(Locale.ROOT, "%06d", now.getNano() / 1000);
            case 's' -> Long.toString(now.toEpochSecond());
            case 'F' -> field('Y', now) + "-" + field('m', now) + "-" + field('d', now);
            case 'T', 'X' -> field('H', now) + ":" + field('M', now) + ":" + field('S', now);
            case 'R' -> field('H', now) + ":" + field('M', now);
            case 'r' -> field('I', now) + ":" + field('M', now) + ":" + field('S', now) + " " + field('p', now);
            case 'D', 'x' -> field('m', now) + "/" + field('d', now) + "/" + field('y', now);
            case 'c' ->
                field('a', now) + " " + field('b', now) + " " + field('e', now) + " " + field('T', now) + " "
                        + field('Y', now);
            case 'U' -> two((now.getDayOfYear() + 6 - sunday) / 7);
            case 'W' -> two((now.getDayOfYear() + 6 - (sunday + 6) % 7) / 7);
            case 'V' -> two(now.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
            case 'G' -> Integer.toString(now.get(IsoFields.WEEK_BASED_YEAR));
            case 'g' -> two(now.get(IsoFields.WEEK_BASED_YEAR) % 100);
            case 'z', 'Z' -> "";
            case 'n' -> "\n";
            case 't' -> "\t";
            case '%' -> "%";
            default -> null;
        };
    }

    private static String two(int number) {
        return String.format(Locale.ROOT, "%02d", number);
    }

    private static String blank(int number) {
        return String.format(Locale.ROOT, "%2d", number);
    }
}
