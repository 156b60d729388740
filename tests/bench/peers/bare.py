"""A bare Dash app with three charts."""

import plotly.express as px
from dash import Dash, dcc, html

frame = px.data.gapminder().query("year == 2007")
app = Dash(__name__, compress=True)
app.layout = html.Div(
    [
        html.H1("Three charts"),
        dcc.Graph(figure=px.scatter(frame, x="gdpPercap", y="lifeExp", color="continent", size="pop", log_x=True)),
        dcc.Graph(figure=px.histogram(frame, x="lifeExp", color="continent")),
        dcc.Graph(figure=px.box(frame, x="continent", y="gdpPercap")),
    ]
)
server = app.server
server.add_url_rule("/healthz", view_func=lambda: "OK")
