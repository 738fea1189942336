import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.lucene.util.Version;
import org.elasticsearch.Build;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.cluster.node.DiscoveryNodes;
import org.elasticsearch.cluster.service.ClusterService;
import org.elasticsearch.common.settings.Setting;
import org.elasticsearch.features.NodeFeature;
import org.elasticsearch.plugins.ActionPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.xcontent.XContentBuilder;

/**
 * What the full distribution has in modules that are not published as jars: `GET /`, answered from
 * the node's own build, and the index setting by which a lifecycle policy is attached.
 */
public final class RootEndpoint extends Plugin implements ActionPlugin {
  private ClusterService cluster;

  @Override
  public Collection<?> createComponents(PluginServices services) {
    cluster = services.clusterService();
    return List.of();
  }

  @Override
  public List<Setting<?>> getSettings() {
    return List.of(
        Setting.simpleString(
            "index.lifecycle.name", Setting.Property.Dynamic, Setting.Property.IndexScope));
  }

  @Override
  public Collection<RestHandler> getRestHandlers(
      RestHandlersServices services,
      Supplier<DiscoveryNodes> nodes,
      Predicate<NodeFeature> features) {
    return List.of(new Handler());
  }

  private final class Handler extends BaseRestHandler {
    @Override
    public String getName() {
      return "root_endpoint";
    }

    @Override
    public List<Route> routes() {
      return List.of(
          new Route(RestRequest.Method.GET, "/"), new Route(RestRequest.Method.HEAD, "/"));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
      return channel ->
          channel.sendResponse(new RestResponse(RestStatus.OK, describe(channel.newBuilder())));
    }
  }

  private XContentBuilder describe(XContentBuilder out) throws IOException {
    Build build = Build.current();
    out.prettyPrint().startObject();
    out.field("name", cluster.getNodeName());
    out.field("cluster_name", cluster.getClusterName().value());
    out.field("cluster_uuid", cluster.state().metadata().clusterUUID());
    out.startObject("version");
    out.field("number", build.qualifiedVersion());
    out.field("build_flavor", build.flavor());
    out.field("build_type", build.type().displayName());
    out.field("build_hash", build.hash());
    out.field("build_date", build.date());
    out.field("build_snapshot", build.isSnapshot());
    out.field("lucene_version", Version.LATEST.toString());
    out.field("minimum_wire_compatibility_version", build.minWireCompatVersion());
    out.field("minimum_index_compatibility_version", build.minIndexCompatVersion());
    return out.endObject().field("tagline", "You Know, for Search").endObject();
  }
}
