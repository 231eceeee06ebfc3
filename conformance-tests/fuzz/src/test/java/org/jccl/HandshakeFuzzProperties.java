package org.jccl;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jccl.conformance.fuzz.Mutations;
import org.jccl.conformance.fuzz.Reading;

/** What ranks tell each other before a communicator is made. */
class HandshakeFuzzProperties {
  private static final Capability OWN = new Capability("sim", 22809, "a library", "a device");

  @Provide
  Arbitrary<byte[]> offers() {
    return Mutations.bytes(
        new Offer.Able(OWN, true).toBytes(), new Offer.Unable("no\nlibrary").toBytes());
  }

  @Property
  void offers_areNeverRefused(@ForAll("offers") byte[] bytes) {
    Reading.endsWell(() -> Agreement.refusal(List.of(new Offer.Able(OWN, true), Offer.of(bytes))));
  }

  @Provide
  Arbitrary<byte[]> verdicts() {
    byte[] id = new byte[1 + UniqueId.BYTES];
    return Mutations.bytes(
        id, new byte[] {1, 0, 0, 0, 3, 'n', 'o'}, new byte[] {2, 0, 0, 0, 3, 'n'});
  }

  /** Rank 1 hears a verdict; where it is an id, the backend says that it cannot open one. */
  @Property
  void verdicts_areAnIdOrARefusal(@ForAll("verdicts") byte[] verdict) {
    Reading.endsWell(
        () -> Handshake.open(heard(verdict), device(), CommunicatorConfig.defaults()),
        CollectiveException.class,
        BackendUnavailableException.class);
  }

  private static Device device() {
    Backend backend =
        (Backend)
            proxy(
                method ->
                    switch (method) {
                      case "capability" -> OWN;
                      default -> throw new CollectiveException(ResultCode.SYSTEM_ERROR, method);
                    },
                Backend.class);
    return (Device)
        proxy(
            method ->
                switch (method) {
                  case "backend" -> backend;
                  case "index", "hashCode" -> 0;
                  default -> method;
                },
            Device.class);
  }

  private interface Answer {
    Object to(String method);
  }

  private static Object proxy(Answer answer, Class<?>... types) {
    return Proxy.newProxyInstance(
        Device.class.getClassLoader(),
        types,
        (self, method, arguments) -> answer.to(method.getName()));
  }

  private static ProcessGroup heard(byte[] verdict) {
    return new ProcessGroup() {
      @Override
      public int rank() {
        return 1;
      }

      @Override
      public int worldSize() {
        return 2;
      }

      @Override
      public byte[] broadcast(byte[] payload, int root) {
        return verdict;
      }

      @Override
      public List<byte[]> allGather(byte[] payload) {
        return List.of();
      }

      @Override
      public List<byte[]> gather(byte[] payload, int root) {
        return List.of();
      }

      @Override
      public void barrier(Duration timeout) {}

      @Override
      public void close() {}
    };
  }
}
