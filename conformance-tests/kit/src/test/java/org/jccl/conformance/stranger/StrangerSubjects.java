package org.jccl.conformance.stranger;

import java.util.List;
import org.jccl.Backend;
import org.jccl.conformance.harness.Capabilities;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.harness.SubjectProvider;
import org.jccl.sim.Simulator;

/** What somebody with a backend of his own writes to run the rules on it: this class and a line. */
public final class StrangerSubjects implements SubjectProvider {
  @Override
  public List<String> names() {
    return List.of("stranger");
  }

  @Override
  public Subject subject(String name) {
    return new Stranger();
  }

  private record Stranger() implements Subject {
    @Override
    public String name() {
      return "stranger";
    }

    @Override
    public Capabilities capabilities() {
      return Capabilities.simulated(Simulator.DEFAULT_VERSION, true);
    }

    @Override
    public Instance open() {
      Instance honest = new SimulatorSubject().open();
      Backend backend = StrangerBackend.over(honest.backend());
      return new Instance() {
        @Override
        public Backend backend() {
          return backend;
        }

        @Override
        public void close() {
          honest.close();
        }
      };
    }
  }
}
