import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.elasticsearch.common.Strings;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.core.TimeValue;
import org.elasticsearch.xcontent.NamedXContentRegistry;
import org.elasticsearch.xcontent.ParseField;
import org.elasticsearch.xcontent.ToXContent;
import org.elasticsearch.xcontent.XContentParser;
import org.elasticsearch.xcontent.XContentParserConfiguration;
import org.elasticsearch.xcontent.json.JsonXContent;
import org.elasticsearch.xpack.core.ilm.DeleteAction;
import org.elasticsearch.xpack.core.ilm.LifecycleAction;
import org.elasticsearch.xpack.core.ilm.LifecyclePolicy;
import org.elasticsearch.xpack.core.ilm.LifecycleType;
import org.elasticsearch.xpack.core.ilm.RolloverAction;
import org.elasticsearch.xpack.core.ilm.TimeseriesLifecycleType;
import org.elasticsearch.xpack.core.ilm.action.PutLifecycleRequest;
import org.elasticsearch.xpack.core.security.authz.RoleDescriptor;
import org.elasticsearch.xpack.core.security.authz.privilege.ClusterPrivilegeResolver;
import org.elasticsearch.xpack.core.security.authz.privilege.IndexPrivilege;
import org.elasticsearch.xpack.core.slm.SnapshotLifecyclePolicy;

/**
 * Reads a body as Elasticsearch does, and prints what it understood: `ilm` of `PUT _ilm/policy/<name>`, `slm` of `PUT
 * _slm/policy/<name>`, `role` of `PUT _security/role/<name>`. Arguments: one of these, the file.
 */
public final class ParsePolicy {
  private static final NamedXContentRegistry KNOWN =
      new NamedXContentRegistry(
          List.of(
              new NamedXContentRegistry.Entry(
                  LifecycleType.class,
                  new ParseField(TimeseriesLifecycleType.TYPE),
                  parser -> TimeseriesLifecycleType.INSTANCE),
              new NamedXContentRegistry.Entry(
                  LifecycleAction.class, new ParseField(DeleteAction.NAME), DeleteAction::parse),
              new NamedXContentRegistry.Entry(
                  LifecycleAction.class,
                  new ParseField(RolloverAction.NAME),
                  RolloverAction::parse)));

  public static void main(String[] args) throws Exception {
    XContentParserConfiguration known = XContentParserConfiguration.EMPTY.withRegistry(KNOWN);
    try (InputStream body = Files.newInputStream(Path.of(args[1]));
        XContentParser parser = JsonXContent.jsonXContent.createParser(known, body)) {
      ToXContent understood =
          switch (args[0]) {
            case "ilm" -> lifecycle(parser);
            case "slm" -> snapshots(parser);
            default -> role(parser);
          };
      System.out.println(Strings.toString(understood));
    }
  }

  private static ToXContent lifecycle(XContentParser parser) throws Exception {
    PutLifecycleRequest request =
        PutLifecycleRequest.parseRequest(
            new PutLifecycleRequest.Factory() {
              @Override
              public PutLifecycleRequest create(LifecyclePolicy policy) {
                TimeValue soon = TimeValue.timeValueSeconds(1);
                return new PutLifecycleRequest(soon, soon, policy);
              }

              @Override
              public String getPolicyName() {
                return "policy";
              }
            },
            parser);
    if (request.validate() != null) throw request.validate();
    return request.getPolicy();
  }

  private static ToXContent snapshots(XContentParser parser) throws Exception {
    SnapshotLifecyclePolicy policy = SnapshotLifecyclePolicy.parse(parser, "policy");
    if (policy.validate() != null) throw policy.validate();
    return policy;
  }

  private static ToXContent role(XContentParser parser) throws Exception {
    LogConfigurator.configureESLogging(); // its caches want a logger
    RoleDescriptor role = RoleDescriptor.parserBuilder().build().parse("role", parser);
    for (String name : role.getClusterPrivileges()) ClusterPrivilegeResolver.resolve(name);
    for (RoleDescriptor.IndicesPrivileges indices : role.getIndicesPrivileges()) {
      for (String name : indices.getPrivileges()) {
        if (IndexPrivilege.getNamedOrNull(name) == null)
          throw new IllegalArgumentException("unknown index privilege [" + name + "]");
      }
    }
    return role;
  }
}
