/* Starts the page once all scripts are there. */
window.renderer = new window.DashRenderer();
