package io.finemesh.score.records;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * One row of a file.
 *
 * @param line line in the file, counted from 1
 * @param value the JSON object on it
 */
public record Row(int line, ObjectNode value) {}
