package org.jccl.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.benchmarks.json.JsonFields;
import org.jccl.benchmarks.json.JsonNode;

/** The fields of one object of a report; whatever is not as expected names file, line and field. */
record ReportFields(JsonFields json) {
  boolean has(String name) {
    return json.has(name);
  }

  String text(String name) throws BadFileException {
    return json.get(name).text();
  }

  /** A number that is not negative. */
  double number(String name) throws BadFileException {
    JsonNode node = json.get(name);
    if (node.number() < 0) {
      throw node.wrong("is " + node.number() + ", expected 0 or more");
    }
    return node.number();
  }

  /** A whole number that is not negative. */
  long whole(String name) throws BadFileException {
    JsonNode node = json.get(name);
    if (node.integer() < 0) {
      throw node.wrong("is " + node.integer() + ", expected 0 or more");
    }
    return node.integer();
  }

  /** A whole number that is not negative and no more than an int holds. */
  int count(String name) throws BadFileException {
    if (whole(name) > Integer.MAX_VALUE) {
      throw json.get(name).wrong("is " + whole(name) + ", expected less than 2147483648");
    }
    return (int) whole(name);
  }

  boolean flag(String name) throws BadFileException {
    return json.get(name).flag();
  }

  ReportFields object(String name) throws BadFileException {
    return new ReportFields(json.get(name).fields());
  }

  List<ReportFields> objects(String name) throws BadFileException {
    List<ReportFields> all = new ArrayList<>();
    for (JsonNode each : json.get(name).elements()) {
      all.add(new ReportFields(each.fields()));
    }
    return all;
  }

  List<String> texts(String name) throws BadFileException {
    List<String> all = new ArrayList<>();
    for (JsonNode each : json.get(name).elements()) {
      all.add(each.text());
    }
    return all;
  }
}
