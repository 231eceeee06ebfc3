package org.jccl.conformance.loopback;

import java.util.List;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.harness.SubjectProvider;

/** Offers the loopback. */
public final class LoopbackSubjects implements SubjectProvider {
  /** For {@link java.util.ServiceLoader}. */
  public LoopbackSubjects() {}

  @Override
  public List<String> names() {
    return List.of("loopback");
  }

  @Override
  public Subject subject(String name) {
    return new LoopbackSubject();
  }
}
