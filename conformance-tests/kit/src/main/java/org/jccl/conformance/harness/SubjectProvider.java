package org.jccl.conformance.harness;

import java.util.List;

/**
 * Offers subjects by name. Providers are found by {@link java.util.ServiceLoader}, so that the
 * rules can be run against anyone's backend.
 */
public interface SubjectProvider {
  /** The names that it knows. */
  List<String> names();

  /** The subject that one of {@link #names} stands for; nothing is opened yet. */
  Subject subject(String name);
}
