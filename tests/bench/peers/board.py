"""A minimal Vizro dashboard: one page with the same three charts."""

import vizro.models as vm
import vizro.plotly.express as px
from vizro import Vizro

frame = px.data.gapminder().query("year == 2007")
page = vm.Page(
    title="Three charts",
    components=[
        vm.Graph(figure=px.scatter(frame, x="gdpPercap", y="lifeExp", color="continent", size="pop", log_x=True)),
        vm.Graph(figure=px.histogram(frame, x="lifeExp", color="continent")),
        vm.Graph(figure=px.box(frame, x="continent", y="gdpPercap")),
    ],
)
app = Vizro(compress=True).build(vm.Dashboard(pages=[page]))
server = app.dash.server
server.add_url_rule("/healthz", view_func=lambda: "OK")
